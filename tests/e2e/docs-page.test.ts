import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { type Stack, startStack } from '../support/stack.js';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

describe('the API page at /docs, in a real browser', function () {
  this.timeout(60_000);
  let stack: Stack;
  let browser: Browser;

  before(async function () {
    if (!existsSync(executablePath)) {
      process.stdout.write(`skipped: no browser at ${executablePath}; set CHROMIUM to one\n`);
      this.skip();
    }
    stack = await startStack();
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
  });

  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it('shows every operation, from this server alone and without an error', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    const elsewhere: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(stack.gateway.url) && !url.startsWith('data:')) elsewhere.push(url);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${stack.gateway.url}/docs`);
    await page.waitForSelector('.opblock');
    const paths = await page.$$eval('.opblock-summary-path', (nodes) =>
      nodes.map((node) => (node.textContent ?? '').replace(/\u200b/g, '').trim()),
    );
    for (const path of [
      '/v1/requests',
      '/v1/requests/{id}',
      '/v1/requests/{id}/receipt',
      '/v1/services',
      '/health/ready',
    ]) {
      assert.ok(paths.includes(path), `${path} in ${paths.join(' ')}`);
    }
    await page.click('.opblock-post .opblock-summary-control');
    await page.waitForSelector('.opblock-body');
    assert.match((await page.textContent('.opblock-body')) ?? '', /Idempotency-Key/);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/docs.png` });
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(complaints, []);
  });
});
