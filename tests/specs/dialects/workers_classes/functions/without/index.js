export default class Nothing {}
