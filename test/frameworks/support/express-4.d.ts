/** Express 4 beside Express 5: what is used of it here is the same in both. */
declare module 'express-4' {
  import express from 'express';
  export default express;
}
