namespace RlsChat.Tests.Rls.Installing;

/// <summary>A test that needs the client programs: skipped where the chosen server comes without them, never in CI.</summary>
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
        Environment.GetEnvironmentVariable("CI") != "true"
        && Environment.GetEnvironmentVariable("RLSCHAT_POSTGRES_BIN") is { Length: > 0 } folder
        && !File.Exists(Path.Combine(folder, "pg_dump"))
            ? "RLSCHAT_POSTGRES_BIN holds a server without pg_dump"
            : null;
}
