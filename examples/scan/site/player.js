// 架空の動画再生部品。どのページで再生したかを送る。
(function () {
  function madeUp() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }
  var id = localStorage.getItem("douga_viewer_id") || madeUp();
  localStorage.setItem("douga_viewer_id", id);
  var query = new URLSearchParams({
    viewer_id: id,
    page_url: document.referrer,
    screen_resolution: screen.width + "x" + screen.height,
  });
  fetch("/pixel.gif?" + query);
})();
