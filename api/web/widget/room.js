// How much of the screen is left: a phone's keyboard covers the page without changing its height.

export class Room {
  #fit = () => {
    const { height, offsetTop } = window.visualViewport;
    this.host.style.setProperty("--_xz-room-height", `${height}px`);
    this.host.style.setProperty("--_xz-room-top", `${offsetTop}px`);
  };

  constructor(host) {
    this.host = host;
    host.addController(this);
  }

  hostConnected() {
    for (const event of ["resize", "scroll"]) window.visualViewport?.addEventListener(event, this.#fit);
  }

  hostDisconnected() {
    for (const event of ["resize", "scroll"]) window.visualViewport?.removeEventListener(event, this.#fit);
  }
}
