using System.Globalization;
using System.Text.RegularExpressions;

namespace RlsChat.Database.Commands;

// make db-generate NAME=add_x: the next file of db/schema, and for add_<table> a policy file.
internal static partial class Generate
{
    public static int Run(Arguments arguments)
    {
        var name = arguments.Word("what: make db-generate NAME=add_bookmark");
        arguments.End();
        if (!SnakeCase().IsMatch(name))
        {
            throw new SetupException($"NAME is lower-case words with underscores, for example add_bookmark; not {name}");
        }

        if (!Directory.Exists("db/schema"))
        {
            throw new SetupException("There is no db/schema here: run this in the root of the repository.");
        }

        var number = 1 + Directory.EnumerateFiles("db/schema", "*.sql", SearchOption.AllDirectories)
            .Select(file => int.TryParse(Path.GetFileName(file).Split('_')[0], CultureInfo.InvariantCulture, out var n) ? n : 0)
            .DefaultIfEmpty(0)
            .Max();
        var table = name.StartsWith("add_", StringComparison.Ordinal) ? TableName(name[4..]) : null;
        Write($"db/schema/{number:0000}_{name}.sql", table is null ? Templates.Schema : Templates.Table(table));
        if (table is not null)
        {
            Write($"db/policies/{table}.sql", Templates.Policies(table));
            Console.WriteLine($"The access matrix of \"{table}\" belongs in tests/rls/{table}Tests.cs.");
        }

        return 0;
    }

    // add_chat_tag makes "ChatTag".
    private static string TableName(string words) => string.Concat(
        words.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static void Write(string file, string text)
    {
        if (File.Exists(file))
        {
            Console.WriteLine($"{file} exists and is left unchanged");
            return;
        }

        File.WriteAllText(file, text);
        Console.WriteLine($"wrote {file}");
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();
}
