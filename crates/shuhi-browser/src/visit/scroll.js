(async () => {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const page = document.scrollingElement || document.documentElement;
  for (let step = 0; step < 40; step += 1) {
    const before = window.scrollY;
    window.scrollBy(0, Math.max(200, window.innerHeight * 0.9));
    await pause(30);
    if (window.scrollY <= before) break;
  }
  const height = page ? page.scrollHeight : 0;
  window.scrollTo(0, 0);
  return height;
})()
