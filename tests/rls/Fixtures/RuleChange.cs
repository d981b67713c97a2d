namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>What to do when a test of a rule fails because the rule was changed.</summary>
internal static class RuleChange
{
    public const string Advice = """

        Changed on purpose? Change the policy, the table's matrix in tests/rls, tests/proof/Model/Rules.cs and, if the table
        has events, db/functions/live; then run make docs-matrix (CONTRIBUTING.md).
        """;
}
