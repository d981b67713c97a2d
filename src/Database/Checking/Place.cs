using System.Text.RegularExpressions;

namespace RlsChat.Database;

/// <summary>A line of a file of db/.</summary>
internal sealed partial record Place(string File, int Line)
{
    // Of what no file is known to make.
    private static readonly Place Unknown = new("db/README.md", 1);

    /// <summary>Where the object of a finding is made or, where the finding is about access, its policy file.</summary>
    public static Place Of(Finding finding, IReadOnlyList<Script> scripts)
    {
        if (scripts.Any(script => script.Name == finding.Subject))
        {
            return new Place(finding.Subject, 1);
        }

        var name = Qualified().Match(finding.Subject);
        if (!name.Success)
        {
            var role = $"db/roles/{finding.Subject.Split(' ')[^1]}.sql";
            return scripts.Any(script => script.Name == role) ? new Place(role, 1) : Unknown;
        }

        var thing = $"{name.Groups["schema"]}.{name.Groups["name"]}";
        var policies = $@"^call app_private\.reset_policies\('{Regex.Escape(thing)}'";
        return (name.Groups["part"] is { Success: true } part ? Find($@"^create [^;$]*?{Made(part.Value)}[^;$]*? on {Made(thing)}") : null)
            ?? (AboutAccess().IsMatch($"{finding.Rule} {finding.Subject}") ? Find(policies) : null)
            ?? Find($@"^create [a-z ]*({Regex.Escape($"{name.Groups["schema"]}.")})?{Made(name.Groups["name"].Value)}")
            ?? Find(policies)
            ?? Unknown;

        Place? Find(string pattern) => scripts
            .Select(script => (script, Match: Regex.Match(script.Sql, pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant)))
            .Where(found => found.Match.Success)
            .Select(found => new Place(found.script.Name, 1 + found.script.Sql.AsSpan(0, found.Match.Index).Count('\n')))
            .FirstOrDefault();
    }

    private static string Made(string name) => $@"(?<!\w){Regex.Escape(name)}(?!\w)";

    [GeneratedRegex("""(?<schema>public|auth|app_private|monitor)\.(?<name>"[^"]+"|\w+)( (?<part>"[^"]+"|\w+))?""")]
    private static partial Regex Qualified();

    [GeneratedRegex("^(policy_|grant_|rls_|has_|secret )|^drift (policy|relation|column) ")]
    private static partial Regex AboutAccess();
}
