using RlsChat.Tests.Rls.Stage;

namespace RlsChat.Tests.Rls.Model;

/// <summary>Every column of every table, whoever asks: read, given and changed by grant, as the contract says.</summary>
[Collection(TheModel.Name)]
public sealed class ColumnTests(Theatre theatre)
{
    private const string Catalogue = """
        select concat(c.relname, ' ', a.attname)
        from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
          and a.attnum > 0 and not a.attisdropped
        """;

    [Fact]
    public void Columns_are_open_to_whom_the_contract_names()
    {
        var world = Worlds.Of(Worlds.Crowded);
        using var database = new Database(theatre, world);
        var columns = database.Truth(Catalogue).Select(line => line.Split(' ')).ToList();
        Assert.Equal(Columns.Of.Select(c => c.Table).Order(), columns.Select(c => c[0]).Distinct().Order());
        // Grants are to roles, so a few people stand for all who are signed in; the last is nobody.
        foreach (var who in world.Everyone.Where((who, n) => who is null || n % 6 == 0))
        {
            Disagreement.Find(database, who, [.. columns.SelectMany(c => Cases(who, Columns.Of.First(t => t.Table == c[0]), c[1]))]);
        }
    }

    // Of no row at all: that a column may be named is asked before any row is looked for.
    private static IEnumerable<Case> Cases(string? who, Columns table, string column)
    {
        var name = $"public.\"{table.Table}\"";
        yield return Cell($"select \"{column}\" from {name} where false", null, table.Reads(who, column));
        if (table.Table != "Colleague")
        {
            yield return Cell($"update {name} set \"{column}\" = default where false", "select 'done' where false", table.Updates(who, column));
            yield return Cell($"insert into {name} (\"{column}\") overriding system value select null where false",
                "select 'done' where false", table.Inserts(who, column));
        }

        Case Cell(string sql, string? truth, bool may) => new(who, sql, truth,
            may ? null : Npgsql.PostgresErrorCodes.InsufficientPrivilege, new HashSet<string>())
        { Cells = 1 };
    }
}
