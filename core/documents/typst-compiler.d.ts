/** Own types of the native typst compiler: the platform package ships none, and its types are loose. */
declare module '@myriaddreamin/typst-ts-node-compiler-linux-x64-gnu' {
  export interface NodeError {
    readonly kind: string
  }
  export interface NodeTypstDocument {
    readonly numOfPages: number
  }
  export interface NodeTypstCompileResult {
    readonly result: NodeTypstDocument | null
    takeError(): NodeError | null
    takeWarnings(): NodeError | null
    hasError(): boolean
  }
  export interface CompileDocArgs {
    readonly mainFileContent: string
    readonly inputs?: Readonly<Record<string, string>>
  }
  export interface Diagnostic {
    readonly message: string
    readonly path: string
    readonly severity: number
  }
  export interface NodeCompiler {
    /** A file that exists for this compiler only; the path is absolute, below the workspace. */
    addSource(path: string, source: string): void
    unmapShadow(path: string): void
    /** Forgets memoised results not used in the last `maxAge` compilations; the cache is the process's. */
    evictCache(maxAge: number): void
    compile(args: CompileDocArgs): NodeTypstCompileResult
    /** Frees the error it is given. */
    fetchDiagnostics(error: NodeError): readonly Diagnostic[]
    /** @throws Error whose message is a debug print when the standard cannot be met */
    pdf(
      document: NodeTypstDocument,
      options: { readonly pdfStandard: string; readonly creationTimestamp: number },
    ): Buffer
  }
  export const NodeCompiler: {
    create(args: {
      readonly workspace: string
      readonly fontArgs: readonly { readonly fontPaths: readonly string[] }[]
    }): NodeCompiler
  }
}
