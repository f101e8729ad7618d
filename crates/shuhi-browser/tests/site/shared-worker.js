onconnect = function connected() {
  fetch("https://tag.mihon.example/hit/shared-worker", { method: "POST", body: "mihon" });
};
