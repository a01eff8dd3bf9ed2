// First hosts whose engine VM somebody installs.

import { FIRST_ANSWERS, putAnswers, SETTLED } from './deployment.js';
import { FakeHost } from './world.js';

/** A first host that is asked nothing before the closing stage. */
export function hostWith(answers: Readonly<Record<string, string | undefined>>): FakeHost {
  const host = new FakeHost();
  putAnswers(
    host,
    FIRST_ANSWERS,
    { 'OVEHOSTED_VM/vmDiskImage': undefined, 'OVEHOSTED_VM/vmBoot': 'str:pxe' },
    SETTLED,
    answers,
  );
  return host;
}

/** The devices that the VM was started from, in turn, and what was in its CD drive. */
export function starts(host: FakeHost): string[] {
  return host.hostd.created.map((xml) => {
    const order = /<(disk|interface)(?: type='\w+')?[^>]*>(?:(?!<\/\1>).)*?<boot order=["']1["']/s;
    const booted = order.exec(xml)?.[0] ?? '';
    const kind = /device=["'](\w+)["']/.exec(booted)?.[1] ?? 'network';
    const cd = /<source file=["']([^"']*\.iso)["']/.exec(xml)?.[1] ?? '';
    return `${kind} ${cd}`.trim();
  });
}
