export declare const root: string
export declare function sayAndExit(error: unknown): never
export declare function checkNode(): void
export declare function checkPlatform(): void
export declare function javaCommand(): string
export declare function checkJava(): number
export declare function checkMaven(): void
export declare function packagesAreCurrent(folder?: string): boolean
export declare function installPackages(say: (line: string) => void, folder?: string): boolean
export declare function linkPostgresLibraries(): void
