// virtual.d.ts -- modules that vite.config.mjs makes.
declare module 'virtual:openapi' {
  const description: Record<string, unknown>
  export default description
}
