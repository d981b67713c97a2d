namespace RlsChat.Tests.Api;

/// <summary>Reads aligned text as rows of a theory: a line a case, cells apart by blanks.</summary>
internal static class Matrix
{
    /// <summary>One case per cell: the row's first cells, the column's name, and what stands there.</summary>
    public static TheoryData<string, string, string, int> Of(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var people = Cells(lines[0])[2..];
        var cases = new TheoryData<string, string, string, int>();
        foreach (var line in lines[1..])
        {
            var cells = Cells(line);
            for (var i = 0; i < people.Length; i++)
            {
                cases.Add(cells[0], cells[1], people[i], int.Parse(cells[i + 2]));
            }
        }

        return cases;
    }

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
