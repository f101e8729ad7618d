// 架空の動画再生部品。どのページで再生したかを送る。
(function () {
  var id = localStorage.getItem("douga_viewer_id") || crypto.randomUUID();
  localStorage.setItem("douga_viewer_id", id);
  var query = new URLSearchParams({
    viewer_id: id,
    page_url: document.referrer,
    screen_resolution: screen.width + "x" + screen.height,
  });
  fetch("/pixel.gif?" + query);
})();
