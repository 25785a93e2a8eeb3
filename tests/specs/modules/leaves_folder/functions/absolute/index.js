import secret from "/etc/hostname";

export default () => secret;
