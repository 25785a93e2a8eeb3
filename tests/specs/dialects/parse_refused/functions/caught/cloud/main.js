try { Parse.Cloud.afterLogout(() => {}); } catch {}
Parse.Cloud.define('x', () => 1);
