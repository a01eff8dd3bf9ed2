// The library's dependency container wants this before it is loaded; nothing else imports it.
import 'reflect-metadata';

export * from '@peculiar/x509';
