// 架空のタグ管理。広告の計測タグを呼び込む。
(function () {
  var script = document.createElement("script");
  script.src = "http://px.kakuu-reach.example/reach.js";
  document.head.appendChild(script);
  var id = localStorage.getItem("mihon_tag_uid") || crypto.randomUUID();
  localStorage.setItem("mihon_tag_uid", id);
  new Image().src = "http://kanri.mihon-tag.example/pixel.gif?uid=" + id + "&page_url=" + encodeURIComponent(location.href);
})();
