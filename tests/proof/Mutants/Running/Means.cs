namespace RlsChat.Tests.Mutants.Running;

/// <summary>By what kind of test a mutant was killed: which of several independent means found it.</summary>
internal static class Means
{
    /// <summary>
    /// What a test looks at: the catalogue (rules over it, lists of grants and functions), the model of
    /// the rules, races of two people, attacks, an access matrix, or other behaviour.
    /// </summary>
    public static string Of(string test)
    {
        var method = test.Split('(')[0];
        return method switch
        {
            _ when method.Contains(".Catalogue", StringComparison.Ordinal) => "catalogue",
            _ when method.Contains("rants_are_these", StringComparison.Ordinal)
                || method.Contains("_by_no_role_that_a_request_can_take", StringComparison.Ordinal)
                || method.Contains("_to_a_role_that_a_request_can_take", StringComparison.Ordinal) => "catalogue",
            _ when method.Contains(".Model.", StringComparison.Ordinal) => "model",
            _ when method.Contains("RaceTests.", StringComparison.Ordinal) => "race",
            _ when method.Contains("Attack", StringComparison.Ordinal) => "attack",
            _ when method.Contains(".May", StringComparison.Ordinal) => "matrix",
            _ => "behaviour",
        };
    }
}
