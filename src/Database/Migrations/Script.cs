using System.Security.Cryptography;
using System.Text;

namespace RlsChat.Database;

/// <summary>One file of <c>db/</c>.</summary>
/// <param name="Name">Its path in the repository, for example <c>db/policies/Chat.sql</c>.</param>
/// <param name="Sql">Its text.</param>
public sealed record Script(string Name, string Sql)
{
    /// <summary>The files that make a database, as they were built into this assembly, in ordinal order of their names.</summary>
    public static IReadOnlyList<Script> Embedded { get; } =
        ReadEmbedded(script => MigrationPlan.Entry(script) >= 0);

    /// <summary>What only a superuser can run; no migration does.</summary>
    internal static IReadOnlyList<Script> ForSuperusers { get; } = ReadEmbedded(script => script.Folder == "superuser");

    /// <summary>The SHA-256 of the text in lower-case hexadecimal; a checkout with CRLF hashes the same.</summary>
    public string Hash => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(Sql.Replace("\r\n", "\n", StringComparison.Ordinal))));

    /// <summary>The folder under <c>db/</c>: roles, schema, functions, views, triggers or policies.</summary>
    public string Folder => Name.Split('/') is ["db", var folder, ..] ? folder : "";

    /// <summary>True for a schema file whose first line is <c>-- no transaction</c>.</summary>
    public bool RunsAlone => Folder == "schema"
        && Sql.AsSpan().TrimStart('\uFEFF').StartsWith("-- no transaction", StringComparison.Ordinal);

    private static List<Script> ReadEmbedded(Func<Script, bool> isWanted)
    {
        var assembly = typeof(Script).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("db", StringComparison.Ordinal))
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                return new Script(resource.Replace('\\', '/'), reader.ReadToEnd());
            })
            .Where(isWanted)
            .OrderBy(script => script.Name, StringComparer.Ordinal)];
    }
}
