// 自社の再訪問の計数。自社が付けた識別子だけが自社に返る。
(function () {
  var found = document.cookie.match(/visit_id=([^;]+)/);
  var id = found ? found[1] : crypto.randomUUID();
  document.cookie = "visit_id=" + id + "; max-age=2592000; path=/";
  fetch("/pixel.gif?visit_id=" + id);
})();
