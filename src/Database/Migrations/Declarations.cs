namespace RlsChat.Database;

/// <summary>A statement of a file that makes or drops an object.</summary>
/// <param name="Kind">routine, view, trigger or policy.</param>
/// <param name="Schema">The schema of the object, or of its table.</param>
/// <param name="Name">The object.</param>
/// <param name="Detail">Of a routine: its argument types, separated by U+001F. Of a trigger or policy: its table.</param>
/// <param name="IsDrop">True for <c>drop</c>.</param>
internal sealed record Declaration(string Kind, string Schema, string Name, string Detail, bool IsDrop);

// Which objects the files describe, read from their text: db-check must not execute them. A test holds
// that after a migration these are exactly the objects of the catalogue.
internal static class Declarations
{
    public const char Separator = '\u001F';

    private static readonly string[] Modifiers = ["or", "replace", "constraint", "recursive", "materialized", "if", "not", "exists"];

    // The words by which a type of two words goes on, so that its first word is no argument's name.
    private static readonly string[] SecondWords = ["precision", "varying", "with", "without", "(", "[", "."];

    /// <summary>In the order in which a migration executes them.</summary>
    public static IEnumerable<Declaration> Of(IEnumerable<Script> scripts) =>
        MigrationPlan.Ordered(scripts).SelectMany(script => Statements(script.Sql)).SelectMany(Read);

    /// <summary>The roles of files: each file's own, and those that it makes or alters.</summary>
    public static IEnumerable<string> Roles(IEnumerable<Script> scripts) => scripts
        .Where(script => script.Folder == "roles")
        .SelectMany(script => Statements(script.Sql)
            .Where(words => words is ["alter" or "create", "role", _, ..])
            .Select(words => Unquote(words[2]))
            .Prepend(Role(script.Name)!));

    /// <summary>The roles that may own functions: those that db/roles grants to the owner, who hands functions over to them.</summary>
    public static IEnumerable<string> FunctionOwners(IEnumerable<Script> scripts) => scripts
        .Where(script => script.Folder == "roles")
        .SelectMany(script => Statements(script.Sql))
        .Where(words => words is ["grant", .., "to", "rlschat_owner"])
        .SelectMany(words => words.Skip(1).SkipLast(2).Where(word => word != ","));

    /// <summary>The role that a file of db/roles is named after; null for another file.</summary>
    public static string? Role(string file) =>
        file.StartsWith("db/roles/", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(file) : null;

    private static IEnumerable<Declaration> Read(List<string> words)
    {
        var at = 1;
        var command = words[0];
        if (command == "call")
        {
            return Called(Qualified(words, ref at), words);
        }

        if (command is not ("create" or "drop"))
        {
            return [];
        }

        var isDrop = command == "drop";
        SkipModifiers(words, ref at);
        var kind = at < words.Count ? words[at++] : "";
        SkipModifiers(words, ref at);
        return kind switch
        {
            "function" or "procedure" or "routine" or "aggregate" => Named(words, at, "routine", isDrop),
            "view" => Named(words, at, "view", isDrop),
            "trigger" or "policy" => [OnTable(words, at, kind, isDrop)],
            _ => [],
        };
    }

    private static void SkipModifiers(List<string> words, ref int at)
    {
        while (at < words.Count && Modifiers.Contains(words[at]))
        {
            at++;
        }
    }

    // drop takes several.
    private static IEnumerable<Declaration> Named(List<string> words, int at, string kind, bool isDrop)
    {
        while (true)
        {
            var (schema, name) = Qualified(words, ref at);
            yield return new Declaration(kind, schema, name, kind == "routine" ? Arguments(words, ref at) : "", isDrop);
            if (!isDrop || at >= words.Count || words[at++] != ",")
            {
                yield break;
            }
        }
    }

    private static Declaration OnTable(List<string> words, int at, string kind, bool isDrop)
    {
        var on = 1 + words.IndexOf("on", Math.Min(at, words.Count));
        var (schema, table) = Qualified(words, ref on);
        return new Declaration(kind, schema, Qualified(words, ref at).Name, table, isDrop);
    }

    // The procedures by which policy files make policies, and one trigger.
    private static IEnumerable<Declaration> Called((string Schema, string Name) procedure, List<string> words)
    {
        var texts = words.Where(word => word[0] == '\'')
            .Select(word => word.Trim('\'').Replace("''", "'", StringComparison.Ordinal)).ToList();
        bool IsGiven(string parameter, int position) => words.Contains(parameter) || (!words.Contains("=>") && texts.Count > position);
        string Given(string parameter, string otherwise) =>
            words.IndexOf(parameter) is var index and > 0 ? words[index + 2].Trim('\'') : otherwise;
        string[] policies = procedure switch
        {
            ("app_private", "reset_policies") when texts.Count > 0 =>
                words.Contains("canary") ? ["select_backup", "function_select_canary", "function_insert_canary"] : ["select_backup"],
            ("app_private", "crud_policy") when texts.Count > 1 =>
            [
                .. Given("commands", "{select,insert,update,delete}").Trim('{', '}').Split(',')
                    .Where(command => IsGiven("rule", 5) || (command == "select" ? IsGiven("read", 2) : IsGiven("modify", 3)))
                    .Select(command => Given("named", "{command}_owner").Replace("{command}", command, StringComparison.Ordinal)),
            ],
            _ => [],
        };
        if (policies.Length == 0)
        {
            return [];
        }

        var at = 0;
        var (schema, table) = Qualified(Statements(texts[0]).First(), ref at);
        var made = policies.Select(policy => new Declaration("policy", schema, policy, table, false));
        return procedure.Name == "reset_policies" ? made.Append(new("trigger", schema, "_000_impersonation", table, false)) : made;
    }

    // The server says what is wrong with a statement that ends too early.
    private static (string Schema, string Name) Qualified(List<string> words, ref int at)
    {
        if (at >= words.Count)
        {
            return ("", "");
        }

        var first = Unquote(words[at++]);
        if (at + 1 < words.Count && words[at] == ".")
        {
            at += 2;
            return (first, Unquote(words[at - 1]));
        }

        return ("", first);
    }

    private static string Arguments(List<string> words, ref int at)
    {
        var types = new List<string>();
        var argument = new List<string>();
        for (var depth = 0; at < words.Count; at++)
        {
            var word = words[at];
            var before = depth;
            depth += word is "(" or "[" ? 1 : word is ")" or "]" ? -1 : 0;
            if ((before == 1 && word == ",") || depth == 0)
            {
                types.AddRange(InputType(argument));
                argument.Clear();
            }
            else if (before > 0)
            {
                argument.Add(word);
            }

            if (depth == 0)
            {
                at++;
                break;
            }
        }

        return string.Join(Separator, types);
    }

    // [mode] [name] type [default …]; an output is no part of a routine's identity.
    private static IEnumerable<string> InputType(List<string> argument)
    {
        var words = argument.TakeWhile(word => word is not ("default" or "=" or ":=")).ToList();
        if (words.Count == 0 || words[0] == "out")
        {
            return [];
        }

        if (words[0] is "in" or "inout" or "variadic")
        {
            words.RemoveAt(0);
        }

        var isNamed = words.Count > 1 && !SecondWords.Contains(words[1]);
        return [string.Join(' ', words.Skip(isNamed ? 1 : 0))];
    }

    private static string Unquote(string word) =>
        word is ['"', .., '"'] ? word[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : word;

    private static IEnumerable<List<string>> Statements(string sql) => SqlStatement.Split(sql).Select(statement => statement.Words);
}
