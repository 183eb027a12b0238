// A receiver as the sender's documentation shows it: verifies with the npm package `svix`, stores nothing, answers 204.
//
//     node receiver.js http|express PORT SECRET-FILE TARGET
//
// One process a core shares the port, as a daemon's threads do.
"use strict";

const cluster = require("node:cluster");
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");

const [kind, port, secretFile, target] = process.argv.slice(2);

function plain(webhook) {
    return http.createServer((request, response) => {
        if (request.method !== "POST" || request.url !== target) {
            response.writeHead(404).end();
            return;
        }
        const chunks = [];
        request.on("data", (chunk) => chunks.push(chunk));
        request.on("end", () => {
            try {
                webhook.verify(Buffer.concat(chunks), request.headers);
                response.writeHead(204).end();
            } catch {
                response.writeHead(401).end();
            }
        });
    });
}

function framework(webhook) {
    const express = require("express");
    const app = express();
    app.post(target, express.raw({ type: "application/json", limit: "1mb" }), (request, response) => {
        try {
            webhook.verify(request.body, request.headers);
            response.sendStatus(204);
        } catch {
            response.sendStatus(401);
        }
    });
    return http.createServer(app);
}

if (cluster.isPrimary) {
    os.cpus().forEach(() => cluster.fork());
    process.on("SIGTERM", () => {
        cluster.removeAllListeners();
        cluster.disconnect(() => process.exit(0));
        Object.values(cluster.workers).forEach((worker) => worker.kill());
    });
} else {
    const { Webhook } = require("svix");
    const webhook = new Webhook(fs.readFileSync(secretFile, "utf8").trim());
    const server = kind === "express" ? framework(webhook) : plain(webhook);
    server.listen(Number(port), "127.0.0.1");
}
