// Shows how far a worker is, and opens the page again when it has finished.
(() => {
  const bar = document.getElementById("progress");
  if (!bar) {
    return;
  }
  const PAUSE = 1500;

  async function look() {
    try {
      const answer = await fetch(bar.dataset.url, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const now = await answer.json();
        if (now.state !== bar.dataset.state) {
          window.location.reload();
          return;
        }
        bar.max = now.n_total || 1;
        bar.value = now.n_done;
      }
    } catch {
      // The network is away: asked again.
    }
    window.setTimeout(look, PAUSE);
  }

  window.setTimeout(look, PAUSE);
})();
