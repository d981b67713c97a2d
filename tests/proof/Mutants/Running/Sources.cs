using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>The files of this repository that verdicts depend on, as they are at the start.</summary>
internal sealed class Sources
{
    // The database, the tests and what they stand on.
    private static readonly string[] Folders = ["db", "tests/rls", "tests/proof/Model", "tests/proof/Linting", "tests/support"];

    private readonly List<(string Path, byte[] Content)> files;
    private readonly ConcurrentDictionary<string, string> hashes = [];

    public Sources() => files =
    [
        .. Folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => Path.GetExtension(path) is ".cs" or ".sql"
                && !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, File.ReadAllBytes(Path.Combine(Root, path)))),
    ];

    /// <summary>Where the repository is.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../.."));

    /// <summary>The text of the test class of that name, wherever it stands.</summary>
    public string Text(string testClass) => string.Join('\n', files
        .Where(f => IsTest(f.Path) && Path.GetFileNameWithoutExtension(f.Path) == testClass)
        .Select(f => Encoding.UTF8.GetString(f.Content)));

    /// <summary>A hash of all of them or, of the tests, only what the named test is made of.</summary>
    public string Hash(string? test) => hashes.GetOrAdd(test?.Split('(')[0] ?? "", method =>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, content) in files.Where(f => method.Length == 0 || Concerns(f.Path, method)))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(path));
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    });

    private static bool Concerns(string path, string method) =>
        !IsTest(path)
        || path.StartsWith("tests/rls/Fixtures/", StringComparison.Ordinal)
        || (path.StartsWith("tests/proof/Model/", StringComparison.Ordinal) && method.Contains(".Model.", StringComparison.Ordinal))
        || method.Contains($".{Path.GetFileNameWithoutExtension(path)}.", StringComparison.Ordinal);

    private static bool IsTest(string path) =>
        path.StartsWith("tests/rls/", StringComparison.Ordinal) || path.StartsWith("tests/proof/", StringComparison.Ordinal);

    private static string ThisFile([CallerFilePath] string file = "") => file;
}
