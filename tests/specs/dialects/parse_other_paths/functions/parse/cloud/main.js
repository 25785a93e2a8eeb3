Parse.Cloud.job('work', async ({ message }) => {
  await message('half');
  return 'done';
});
Parse.Cloud.job('fails', () => {
  throw new Error('broken');
});
Parse.Cloud.define('inside', async () => {
  const id = await Parse.Cloud.startJob('work', {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  const status = await Parse.Cloud.getJobStatus(id);
  return [status.get('status'), status.get('message'), (await Parse.Cloud.getJobsData()).jobs];
});
