// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace hookd::admin {

/// What responses have, as JSON Schema 2020-12. New members may be added to any of them; a test compares these with
/// real responses.
inline constexpr std::string_view schemas = R"({
"Count": {"type": "integer", "minimum": 0},
"Time": {"type": ["string", "null"], "format": "date-time"},
"Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}},
"Description": {"type": "object", "required": ["openapi", "info", "paths"], "properties": {
    "openapi": {"type": "string"}, "info": {"type": "object", "additionalProperties": true},
    "servers": {"type": "array"}, "paths": {"type": "object", "additionalProperties": true},
    "components": {"type": "object", "additionalProperties": true}}},
"Routes": {"type": "object", "required": ["routes"], "properties": {"routes": {"type": "array", "items": {
    "type": "object", "required": ["method", "path", "access", "help"], "properties": {
        "method": {"type": "string"}, "path": {"type": "string"}, "access": {"enum": ["anyone", "unix_socket"]},
        "help": {"type": "string"}}}}}},
"Counts": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Count"}},
"Sink": {"type": "object", "required": ["name", "type", "paused", "available", "delivered", "dead_letters"], "properties": {
    "name": {"type": "string"}, "type": {"type": "string"}, "paused": {"type": "boolean"},
    "available": {"type": "boolean"}, "hangs": {"type": "boolean"},
    "unavailable_since": {"$ref": "#/components/schemas/Time"}, "unavailable_reason": {"type": ["string", "null"]},
    "next_try": {"$ref": "#/components/schemas/Time"}, "attempts_per_minute": {"$ref": "#/components/schemas/Count"},
    "last_error": {"type": ["object", "null"], "required": ["at", "detail"], "properties": {
        "at": {"$ref": "#/components/schemas/Time"}, "detail": {"type": "string"}}},
    "delivered": {"$ref": "#/components/schemas/Count"}, "retried": {"$ref": "#/components/schemas/Count"},
    "rejected": {"$ref": "#/components/schemas/Count"}, "in_flight": {"$ref": "#/components/schemas/Count"},
    "waiting": {"$ref": "#/components/schemas/Count"}, "dead_letters": {"$ref": "#/components/schemas/Count"},
    "lag_events": {"$ref": "#/components/schemas/Count"}, "lag_seconds": {"type": "number", "minimum": 0}}},
"Orphan": {"type": "object", "required": ["name", "waiting", "dead_letters"], "properties": {
    "name": {"type": "string"}, "waiting": {"$ref": "#/components/schemas/Count"},
    "dead_letters": {"$ref": "#/components/schemas/Count"}}},
"Sinks": {"type": "object", "required": ["sinks", "orphans"], "properties": {
    "sinks": {"type": "array", "items": {"$ref": "#/components/schemas/Sink"}},
    "orphans": {"type": "array", "items": {"$ref": "#/components/schemas/Orphan"}}}},
"Status": {"type": "object",
    "required": ["version", "pid", "started", "ready", "reasons", "limits", "endpoints", "journal", "listeners", "sinks", "orphans"],
    "properties": {
        "version": {"type": "string"}, "pid": {"type": "integer"}, "started": {"$ref": "#/components/schemas/Time"},
        "uptime_seconds": {"$ref": "#/components/schemas/Count"}, "ready": {"type": "boolean"},
        "reasons": {"type": "array", "items": {"type": "string"}}, "limits": {"type": "array", "items": {"type": "string"}},
        "requests": {"$ref": "#/components/schemas/Counts"}, "refusals": {"$ref": "#/components/schemas/Counts"},
        "connections": {"$ref": "#/components/schemas/Count"},
        "endpoints": {"type": "array", "items": {"type": "object", "required": ["name", "accepted", "duplicate", "last_authentic"],
            "properties": {"name": {"type": "string"}, "accepted": {"$ref": "#/components/schemas/Count"},
                "duplicate": {"$ref": "#/components/schemas/Count"}, "last_authentic": {"$ref": "#/components/schemas/Time"}}}},
        "journal": {"type": "object", "required": ["last_sequence", "size_bytes", "max_size_bytes"], "properties": {
            "last_sequence": {"$ref": "#/components/schemas/Count"}, "size_bytes": {"$ref": "#/components/schemas/Count"},
            "max_size_bytes": {"$ref": "#/components/schemas/Count"}}},
        "listeners": {"type": "array", "items": {"type": "object", "required": ["address", "tls"], "properties": {
            "address": {"type": "string"}, "tls": {"type": "boolean"},
            "certificate_expires": {"$ref": "#/components/schemas/Time"}}}},
        "sinks": {"type": "array", "items": {"$ref": "#/components/schemas/Sink"}},
        "orphans": {"type": "array", "items": {"$ref": "#/components/schemas/Orphan"}},
        "last_reload": {"type": "object", "required": ["applied", "at"], "properties": {
            "applied": {"type": "boolean"}, "at": {"$ref": "#/components/schemas/Time"}}}}},
"Reload": {"type": "object", "required": ["applied", "file"], "properties": {"applied": {"type": "boolean"}, "file": {"type": "string"},
    "faults": {"type": "array", "items": {"type": "string"}}, "warnings": {"type": "array", "items": {"type": "string"}}}},
"Paused": {"type": "object", "required": ["paused"], "properties": {"paused": {"type": "boolean"}}},
"SinkEdit": {"type": "object", "required": ["dead_letters", "waiting", "more"], "properties": {
    "dead_letters": {"$ref": "#/components/schemas/Count"}, "waiting": {"$ref": "#/components/schemas/Count"},
    "more": {"type": "boolean"}}},
"Attempt": {"type": "object", "required": ["number", "start", "milliseconds", "outcome", "code", "detail"], "properties": {
    "number": {"$ref": "#/components/schemas/Count"}, "start": {"$ref": "#/components/schemas/Time"},
    "milliseconds": {"$ref": "#/components/schemas/Count"}, "outcome": {"enum": ["delivered", "failed", "rejected"]},
    "code": {"type": ["integer", "null"]}, "detail": {"type": "string"}}},
"Delivery": {"type": "object", "required": ["sink", "state"], "properties": {
    "sink": {"type": "string"},
    "state": {"enum": ["waiting", "in_flight", "retrying", "delivered", "dead", "dropped", "filtered", "before_sink", "orphaned"]},
    "at": {"$ref": "#/components/schemas/Time"}, "attempts": {"$ref": "#/components/schemas/Count"},
    "next_try": {"$ref": "#/components/schemas/Time"}, "detail": {"type": "string"},
    "attempt_log": {"type": "array", "items": {"$ref": "#/components/schemas/Attempt"}}}},
"Event": {"type": "object",
    "required": ["sequence", "id", "type", "endpoint", "accepted", "collection", "document", "peer", "timestamp", "bytes", "json", "sinks"],
    "properties": {
        "sequence": {"$ref": "#/components/schemas/Count"}, "id": {"type": "string"}, "type": {"type": "string"},
        "endpoint": {"type": "string"}, "accepted": {"$ref": "#/components/schemas/Time"},
        "collection": {"type": "string"}, "document": {"type": "string"}, "peer": {"type": "string"},
        "timestamp": {"type": "string"}, "bytes": {"$ref": "#/components/schemas/Count"}, "json": {"type": "boolean"},
        "traceparent": {"type": "string"},
        "sinks": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}}}},
"EventPage": {"type": "object", "required": ["events", "position", "more", "last_sequence"], "properties": {
    "events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
    "position": {"$ref": "#/components/schemas/Count"}, "more": {"type": "boolean"},
    "last_sequence": {"$ref": "#/components/schemas/Count"}}},
"EventCount": {"type": "object", "required": ["events", "position", "more", "last_sequence"], "properties": {
    "events": {"$ref": "#/components/schemas/Count"}, "position": {"$ref": "#/components/schemas/Count"},
    "more": {"type": "boolean"}, "last_sequence": {"$ref": "#/components/schemas/Count"}}},
"Repaired": {"type": "object", "required": ["events", "deliveries", "sinks", "position", "more", "last_sequence"], "properties": {
    "events": {"$ref": "#/components/schemas/Count"}, "deliveries": {"$ref": "#/components/schemas/Count"},
    "sinks": {"type": "array", "items": {"type": "string"}}, "position": {"$ref": "#/components/schemas/Count"},
    "more": {"type": "boolean"}, "last_sequence": {"$ref": "#/components/schemas/Count"}}},
"Erased": {"type": "object",
    "required": ["events", "dead_letters", "kept", "first_kept", "position", "more", "last_sequence"], "properties": {
    "events": {"$ref": "#/components/schemas/Count"}, "dead_letters": {"$ref": "#/components/schemas/Count"},
    "kept": {"$ref": "#/components/schemas/Count"},
    "first_kept": {"type": ["object", "null"], "required": ["sequence", "sink", "state"], "properties": {
        "sequence": {"$ref": "#/components/schemas/Count"}, "sink": {"type": "string"}, "state": {"type": "string"}}},
    "position": {"$ref": "#/components/schemas/Count"}, "more": {"type": "boolean"},
    "last_sequence": {"$ref": "#/components/schemas/Count"}}},
"Rejected": {"type": "object",
    "required": ["id", "time", "client", "status", "reason", "header_bytes", "body_bytes", "header_names", "signature_headers",
                 "shortened", "body_kept"],
    "properties": {
        "id": {"$ref": "#/components/schemas/Count"}, "time": {"$ref": "#/components/schemas/Time"},
        "client": {"type": "string"}, "status": {"$ref": "#/components/schemas/Count"}, "reason": {"type": "string"},
        "detail": {"type": "string"}, "endpoint": {"type": "string"}, "method": {"type": "string"}, "path": {"type": "string"},
        "header_bytes": {"$ref": "#/components/schemas/Count"}, "body_bytes": {"$ref": "#/components/schemas/Count"},
        "header_names": {"type": "array", "items": {"type": "string"}},
        "signature_headers": {"type": "array", "items": {"type": "object", "required": ["name", "value"], "properties": {
            "name": {"type": "string"}, "value": {"type": "string"}}}},
        "shortened": {"type": "boolean"}, "body_kept": {"type": "boolean"}, "body_base64": {"type": "string"}}},
"RejectedList": {"type": "object", "required": ["keep", "missed", "rejected"], "properties": {
    "keep": {"$ref": "#/components/schemas/Count"}, "missed": {"$ref": "#/components/schemas/Count"},
    "rejected": {"type": "array", "items": {"$ref": "#/components/schemas/Rejected"}}}},
"DocumentPage": {"type": "object", "required": ["documents", "position", "more", "total", "failed", "complete", "last_sequence"],
    "properties": {
        "documents": {"type": "array", "items": {"type": "object",
            "required": ["collection", "document", "failed", "sequence", "id", "type", "accepted", "events", "failures", "pages", "error"],
            "properties": {
                "collection": {"type": "string"}, "document": {"type": "string"}, "failed": {"type": "boolean"},
                "sequence": {"$ref": "#/components/schemas/Count"}, "id": {"type": "string"}, "type": {"type": "string"},
                "accepted": {"$ref": "#/components/schemas/Time"}, "events": {"$ref": "#/components/schemas/Count"},
                "failures": {"$ref": "#/components/schemas/Count"}, "pages": {"type": ["integer", "null"]},
                "error": {"type": ["string", "null"]}}}},
        "position": {"$ref": "#/components/schemas/Count"}, "more": {"type": "boolean"},
        "total": {"$ref": "#/components/schemas/Count"}, "failed": {"$ref": "#/components/schemas/Count"},
        "complete": {"type": "boolean"}, "last_sequence": {"$ref": "#/components/schemas/Count"}}},
"Numbers": {"type": "array", "items": {"$ref": "#/components/schemas/Count"}},
"Rates": {"type": "object", "required": ["until", "series"], "properties": {
    "until": {"$ref": "#/components/schemas/Time"},
    "series": {"type": "array", "items": {"type": "object",
        "required": ["every_seconds", "accepted", "duplicate", "delivered", "failed", "rejected"], "properties": {
            "every_seconds": {"$ref": "#/components/schemas/Count"}, "accepted": {"$ref": "#/components/schemas/Numbers"},
            "duplicate": {"$ref": "#/components/schemas/Numbers"}, "delivered": {"$ref": "#/components/schemas/Numbers"},
            "failed": {"$ref": "#/components/schemas/Numbers"},
            "rejected": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Numbers"}}}}}}}
})";

} // namespace hookd::admin
