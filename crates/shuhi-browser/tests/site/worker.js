function sendFromWorker() {
  fetch("https://tag.mihon.example/hit/worker");
}
sendFromWorker();
