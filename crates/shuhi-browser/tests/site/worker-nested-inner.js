function sendFromInner() {
  const request = new XMLHttpRequest();
  request.open("GET", "https://tag.mihon.example/hit/worker-nested");
  request.send();
}
sendFromInner();
