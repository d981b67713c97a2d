namespace RlsChat.Database.Commands;

// make db-check
internal static class Check
{
    public static async Task<int> Run(Arguments arguments)
    {
        arguments.End();
        await using var target = await Target.Open();
        var findings = await Checks.Run(target.Owner);
        foreach (var finding in findings)
        {
            Console.WriteLine(finding);
        }

        var wrong = findings.Count(finding => !finding.IsNote);
        Console.WriteLine(wrong == 0
            ? $"All is well: {target.Name}."
            : $"{wrong} {(wrong == 1 ? "finding" : "findings")}: {target.Name}.");
        return wrong == 0 ? 0 : 1;
    }
}
