Parse.Cloud.job('nightly', async (request) => {
  await request.message('working');
  request.log.info('the job runs', { id: request.jobId.length, name: request.jobName });
  return 'done';
});
