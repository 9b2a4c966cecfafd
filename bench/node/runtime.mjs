// Takes one invocation after the other from the Lambda Runtime API:
//
//     node runtime.mjs plain|powertools
//
// What Lambda's managed runtime runs, `aws-lambda-ric`, wants a C++ compiler and CMake to install;
// this loop does as much of it as a handler sees: one connection, `JSON.parse`, the answer.

import http from "node:http";
import * as handlers from "./handlers.mjs";

const handler = handlers[process.argv[2]];
const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const prefix = "/2018-06-01/runtime/invocation";

function request(method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = http.request({ hostname, port, agent, method, path }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

for (;;) {
  const next = await request("GET", `${prefix}/next`);
  const id = next.headers["lambda-runtime-aws-request-id"];
  try {
    const answer = await handler(JSON.parse(next.body.toString()), {});
    await request("POST", `${prefix}/${id}/response`, JSON.stringify(answer));
  } catch (error) {
    const report = { errorType: error.name, errorMessage: error.message };
    await request("POST", `${prefix}/${id}/error`, JSON.stringify(report));
  }
}
