export async function GET(request) {
  return Response.json({ at: 'behind the proxy', path: request.headers.get('x-verified-target') });
}

export async function POST(request) {
  return Response.json({ at: 'behind the proxy', body: await request.json() });
}
