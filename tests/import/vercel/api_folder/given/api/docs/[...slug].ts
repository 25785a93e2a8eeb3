export default (req: any, res: any) => res.send(req.query.slug);
