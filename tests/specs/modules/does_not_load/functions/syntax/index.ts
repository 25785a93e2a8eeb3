const const = 1;

export default () => "never";
