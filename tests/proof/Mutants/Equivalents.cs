namespace RlsChat.Tests.Mutants;

/// <summary>
/// equivalent.txt: a line a mutant that changes nothing anybody can observe, its id, then " -- " and why.
/// </summary>
internal static class Equivalents
{
    private const string Divider = " -- ";

    /// <summary>The arguments by id.</summary>
    public static IReadOnlyDictionary<string, string> Read(string file) => File.ReadLines(file)
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(Divider, 2) is [var id, { Length: > 0 } why]
            ? (id.Trim(), why.Trim())
            : throw new FormatException($"{Path.GetFileName(file)}: no argument after \"{Divider}\": {line}"))
        .ToDictionary(p => p.Item1, p => p.Item2);
}
