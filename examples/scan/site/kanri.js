// 架空のタグ管理。広告の計測タグを呼び込む。
(function () {
  function madeUp() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }
  var script = document.createElement("script");
  script.src = "http://px.kakuu-reach.example/reach.js";
  document.head.appendChild(script);
  var id = localStorage.getItem("mihon_tag_uid") || madeUp();
  localStorage.setItem("mihon_tag_uid", id);
  new Image().src = "http://kanri.mihon-tag.example/pixel.gif?uid=" + id + "&page_url=" + encodeURIComponent(location.href);
})();
