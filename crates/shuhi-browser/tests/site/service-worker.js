importScripts("/service-worker-part.js");
onmessage = function told(event) {
  event.waitUntil(fetch("https://tag.mihon.example/hit/service-worker", { method: "POST", body: "mihon" }));
};
