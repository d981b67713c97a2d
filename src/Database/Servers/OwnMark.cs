using Npgsql;

namespace RlsChat.Database;

// A database that this program made says so in its comment, and db-reset drops no other.
internal static class OwnMark
{
    private const string Mark = "Made by rlschat-db; db-reset may drop it.";

    public static Task<int> Set(NpgsqlConnection connection, string database) =>
        connection.Execute($"comment on database {Statements.Name(database)} is {Statements.Literal(Mark)}");

    public static async Task<bool> Has(NpgsqlConnection connection, string database) =>
        await connection.Scalar<string>(
            """
            select pg_catalog.shobj_description(oid, 'pg_database')
            from pg_catalog.pg_database where datname = $1
            """,
            database) == Mark;
}
