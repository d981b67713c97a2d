using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// Every column of every table, whoever asks: read, given and changed by grant, as the contract says. A table that
/// the model does not describe has an access matrix instead, and grants nobody to move a row or to write unsigned.
/// </summary>
[Collection(ModelDatabase.Name)]
public sealed class ColumnTests(DatabaseFixture fixture)
{
    private const string Catalogue = """
        select concat(c.relname, ' ', a.attname)
        from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
          and a.attnum > 0 and not a.attisdropped
        """;

    /// <summary>What names a row or says where it belongs, and may be updated; and whatever nobody in particular may write.</summary>
    private const string Moves = """
        select concat(c.relname, ' ', a.attname, ' may be ', p.privilege, 'd by ', r.rolname)
        from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
        cross join (values ('update'), ('insert')) p (privilege)
        join pg_catalog.pg_roles r on r.rolname = 'anonymous' or (r.rolname = 'regular_user' and p.privilege = 'update' and exists (
          select from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'f') and a.attnum = any (k.conkey)))
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
          and has_column_privilege(r.oid, c.oid, a.attnum, p.privilege)
        """;

    [Fact]
    public void Columns_are_open_to_whom_the_contract_names()
    {
        var world = Worlds.Of(Worlds.Crowded);
        using var database = new Database(fixture, world);
        var all = database.Truth(Catalogue).Select(line => line.Split(' ')).ToList();
        Assert.Empty(Columns.Of.Select(c => c.Table).Except(all.Select(c => c[0])));
        var columns = all.FindAll(c => Columns.Of.Any(t => t.Table == c[0]));
        // Grants are to roles, so a few people stand for all who are signed in; the last is nobody.
        foreach (var who in world.Everyone.Where((who, n) => who is null || n % 6 == 0))
        {
            Disagreement.Find(database, who, [.. columns.SelectMany(c => Cases(who, Columns.Of.First(t => t.Table == c[0]), c[1]))]);
        }
    }

    [Fact]
    public void A_table_that_the_model_does_not_describe_has_an_access_matrix_and_moves_no_row()
    {
        using var database = new Database(fixture, Worlds.Of(Worlds.Crowded));
        foreach (var table in database.Truth(Catalogue).Select(line => line.Split(' ')[0]).Distinct().Except(Columns.Of.Select(c => c.Table)))
        {
            var cells = Matrices.Of(table);
            var outcomes = cells.SelectMany(cell => ((string)cell.Cell[^1]).Split(' ')).ToHashSet();
            Assert.True(cells.Any(cell => Equals(cell.Cell[1], People.Anonymous)) && outcomes.Contains("yes") && (outcomes.Contains("hidden") || outcomes.Contains("denied")),
                $"tests/rls/{table}Tests.cs needs an access matrix, in which somebody may, somebody may not, and one is {People.Anonymous}");
        }

        Assert.DoesNotContain(database.Truth(Moves), grant => Columns.Of.All(t => t.Table != grant.Split(' ')[0]));
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
