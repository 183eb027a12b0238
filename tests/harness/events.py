# SPDX-License-Identifier: MIT
"""The bodies that ColiVara sends."""

import json


def _bytes(event):
    return json.dumps(event, ensure_ascii=False).encode()


def success_event(name="report.pdf", collection="default_collection", **fields):
    return _bytes({
        "type": "upsert.success", "message": "Document upserted successfully", "id": 4711, "name": name,
        "metadata": {"pages": [1, 2], "owner": "ä"}, "url": "https://files.example/report.pdf?sig=abc",
        "num_pages": 12, "collection_name": collection, **fields,
    })


def failure_event(name="report.pdf", collection="default_collection", error="Error converting\nit", **fields):
    return _bytes({
        "type": "upsert.fail", "message": "There was an error processing your document", "name": name,
        "metadata": {}, "collection_name": collection, "error": error, **fields,
    })
