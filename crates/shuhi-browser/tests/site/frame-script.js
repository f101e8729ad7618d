function addFrame() {
  const frame = document.createElement("iframe");
  frame.src = "https://waku.example/hit/frame-script.html";
  document.body.append(frame);
}
addFrame();
