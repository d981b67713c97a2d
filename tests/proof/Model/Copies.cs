using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Tests.Rls.Fixtures;
using Xunit.Sdk;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// COPY, which no function can run: TO holds what its author sees; FROM is refused under policies, and
/// denied to who may not add rows at all.
/// </summary>
internal static partial class Copies
{
    private const string NotUnderPolicies = "0A000";

    public static void Agree(Database database, World world, string? who)
    {
        var rules = new Rules(world);
        foreach (var table in Table.All.Where(t => !t.IsView && t != Table.Resolutions))
        {
            var rows = table.RowsOf(world).ToList();
            var columns = Column().Matches(table.Key).Select(m => m.Value).Distinct().ToList();
            var name = $"{table.Name}({string.Join(", ", columns)})";
            var denied = who is null && !table.Anonymous;
            var seen = rows.Where(r => rules.Sees(who, r)).Select(r => r.Key).Order(StringComparer.Ordinal);
            var copied = database.CopyOut(who, $"copy {name} to stdout");
            Cells.CountOfTheModel(rows.Count, 2);
            if (denied ? copied.Error != PostgresErrorCodes.InsufficientPrivilege
                : copied.Error is not null || (columns.Count > 1 ? copied.Keys.Count != seen.Count() : !copied.Keys.Order(StringComparer.Ordinal).SequenceEqual(seen)))
            {
                throw new XunitException(
                    $"{who ?? "anonymous"}: copy {name} to stdout\n  the model says {(denied ? "denied" : string.Join(", ", seen))}\n  the database   {copied.Error} {string.Join(", ", copied.Keys)}");
            }

            var adds = columns.TrueForAll(c => Columns.Of.First(t => table.Name.Trim().Trim('"').EndsWith(t.Table, StringComparison.Ordinal)).Inserts(who, c.Trim('"')));
            var expected = adds ? NotUnderPolicies : PostgresErrorCodes.InsufficientPrivilege;
            if (database.CopyIn(who, $"copy {name} from stdin") is var error && error != expected)
            {
                throw new XunitException($"{who ?? "anonymous"}: copy {name} from stdin\n  the model says {expected}\n  the database   {error ?? "yes"}");
            }
        }
    }

    [GeneratedRegex("\"[A-Za-z]+\"")]
    private static partial Regex Column();
}
