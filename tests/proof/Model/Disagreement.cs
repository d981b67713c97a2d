using RlsChat.Tests.Rls.Fixtures;
using Xunit.Sdk;

namespace RlsChat.Tests.Proof.Model;

/// <summary>Asks the database what the model has answered, and fails with the first few differences.</summary>
internal static class Disagreement
{
    public static void Find(Database database, string? who, IReadOnlyList<Case> cases)
    {
        var answers = database.Ask(who, [.. cases.Select(c => (c.Sql, c.Truth))]);
        var found = cases.Zip(answers, (c, a) => c.Against(a)).OfType<string>().ToList();
        Cells.CountOfTheModel(cases.Sum(c => c.Cells), cases.Count);
        if (found.Count > 0)
        {
            throw new XunitException($"{found.Count} statements disagree:\n{string.Join('\n', found.Take(5))}{RuleChange.Advice}");
        }
    }
}
