namespace RlsChat.Tests.Rls.Installing;

/// <summary>A test that needs the client programs: skipped where the server that RLSCHAT_POSTGRES_BIN chose comes without them.</summary>
internal sealed class NeedsPgDumpFactAttribute : FactAttribute
{
    public NeedsPgDumpFactAttribute() => Skip = NeedsPgDump.Missing;
}

/// <summary>The same, for a theory.</summary>
internal sealed class NeedsPgDumpTheoryAttribute : TheoryAttribute
{
    public NeedsPgDumpTheoryAttribute() => Skip = NeedsPgDump.Missing;
}

internal static class NeedsPgDump
{
    public static string? Missing =>
        Environment.GetEnvironmentVariable("RLSCHAT_POSTGRES_BIN") is { Length: > 0 } folder
        && !File.Exists(Path.Combine(folder, "pg_dump"))
            ? $"backups need pg_dump and pg_restore of the server's version, and {folder} (RLSCHAT_POSTGRES_BIN) holds none"
            : null;
}
