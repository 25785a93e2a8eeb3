export default () => { throw new Error('x'); };
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjogMywgInNvdXJjZXMiOiBbIi4uLy4uLy4uLy4uLy4uLy4uL2V0Yy9wYXNzd2QiXSwgIm5hbWVzIjogW10sICJtYXBwaW5ncyI6ICJBQSsvLy8vL0QsZ2dnZ2dnZ0VBQUEifQ==
