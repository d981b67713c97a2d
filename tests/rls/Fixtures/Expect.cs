using Npgsql;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>Assertions about every person of the tests at once.</summary>
public static class Expect
{
    /// <summary>Everyone in turn tries each statement, and is denied: error 42501, whoever they are.</summary>
    public static async Task NobodyMay(Db db, params IEnumerable<string> statements)
    {
        foreach (var who in People.Everyone)
        {
            await db.As(who);
            foreach (var sql in statements)
            {
                Cells.Count();
                Assert.True(await db.Error(sql) == PostgresErrorCodes.InsufficientPrivilege, $"{who} should be denied: {sql}");
            }
        }
    }
}
