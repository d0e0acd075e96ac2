const VERIFIED = {
  keyid: 'X-Verified-Keyid',
  tenant: 'X-Verified-Tenant',
  owner: 'X-Verified-Owner',
  scopes: 'X-Verified-Scopes',
  digest: 'X-Verified-Content-Digest',
};

function bodyOf(r) {
  try {
    return r.requestBuffer;
  } catch (_) {
    return undefined;
  }
}

async function verify(r) {
  const body = bodyOf(r);
  // What nginx has put into a file nobody here can see: client_body_buffer_size is too small.
  if (body === undefined && r.variables.request_body_file) return r.return(413);
  const reply = await r.subrequest('/_verify', { method: 'POST', body: body && body.length > 0 ? body : '' });
  if (reply.status !== 200) {
    for (const name in reply.headersOut) {
      if (!/^(content-length|connection|transfer-encoding|date|server)$/i.test(name)) r.headersOut[name] = reply.headersOut[name];
    }
    return r.return(reply.status, reply.responseBuffer);
  }
  for (const name in VERIFIED) r.variables[`verified_${name}`] = reply.headersOut[VERIFIED[name]] || '';
  r.internalRedirect('@backend');
}

export default { verify };
