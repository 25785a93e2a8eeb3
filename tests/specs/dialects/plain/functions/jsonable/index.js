export default () => new Date(Date.UTC(2001, 1, 3, 4, 5, 6));
