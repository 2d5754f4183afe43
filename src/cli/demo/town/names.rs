// SPDX-License-Identifier: EUPL-1.2

//! Names as a German city's staff has them, from many places, each put together by chance. All of them can
//! be written in Windows-1252, the encoding of the file.

#[rustfmt::skip]
pub(super) const GIVEN: &[&str] = &[
    "Agnieszka", "Ahmet", "Aïcha", "Aleksandra", "Alexander", "Amélie", "Ana", "Andrea", "Andreas", "Anna",
    "Annegret", "Antonio", "Aylin", "Ayse-Nur", "Bärbel", "Beate", "Bernd", "Björn", "Bogdan", "Branka",
    "Carla", "Carlos", "Çaglar", "Christa", "Christoph", "Claudia", "Daniela", "Dieter", "Dmitri", "Dörte",
    "Elena", "Elif", "Emre", "Erika", "Eva-Maria", "Fatma", "Felix", "Florian", "François", "Frank",
    "Gabriele", "Giulia", "Günter", "Hans-Peter", "Heike", "Holger", "Ibrahim", "Ines", "Ingrid", "Irina",
    "Jana", "Jens", "João", "Jörg", "Judith", "Jürgen", "Karin", "Karl-Heinz", "Katharina", "Käthe",
    "Khadija", "Klaus", "Kofi", "Lars", "Leila", "Lena", "Linh", "Lukas", "Maja", "Manfred",
    "Maria", "Markus", "Marlène", "Martina", "Mehmet", "Michael", "Mohammed", "Monika", "Murat", "Nadine",
    "Natalia", "Nguyet", "Nicole", "Nils", "Noémie", "Nuria", "Olaf", "Oleksandr", "Olga", "Øyvind",
    "Paolo", "Peter", "Petra", "Piotr", "Rainer", "Renate", "Rüdiger", "Sabine", "Samira", "Sandra",
    "Saša", "Sebastian", "Selin", "Sofia", "Sören", "Stefanie", "Susanne", "Svetlana", "Sylvie", "Thi Hoa",
    "Thomas", "Thorsten", "Tobias", "Ulrike", "Ursula", "Uwe", "Viktor", "Wolfgang", "Yusuf", "Zoë",
];

#[rustfmt::skip]
pub(super) const FAMILY: &[&str] = &[
    "Aksoy", "Albrecht", "Al-Masri", "Andersson", "Arslan", "Aßmann", "Bauer", "Becker", "Bianchi", "Böhm",
    "Brandt", "Braun", "Brückner", "Çelik", "Castaño", "Cohen", "da Silva", "Demir", "Dietrich", "Djordjevic",
    "Dupré", "Eichhorn", "El Amrani", "Engel", "Ernst", "Fernández", "Fischer", "Förster", "Franke", "Fröhlich",
    "Fuß", "García", "Geißler", "Gonçalves", "Graf", "Groß", "Günther", "Haas", "Hahn", "Hartmann",
    "Heß", "Hofmann", "Horváth", "Huber", "Iwanow", "Jäger", "Jansen", "Jovanovic", "Jung", "Kaiser",
    "Kaya", "Keller", "Kowalski", "Köhler", "König", "Kraus", "Krüger", "Kühn", "Kurz", "Lang",
    "Lehmann", "Lindström", "Löffler", "Lorenz", "Ludwig", "Maier", "Martínez", "Mbeki", "Melnyk", "Meyer",
    "Möller", "Müller", "Nagy", "Neumann", "Nguyen", "Nowak", "Núñez", "O'Connor", "Okafor", "Oßwald",
    "Otto", "Öztürk", "Papadopoulos", "Pavic", "Peters", "Petrov", "Pham", "Pfeiffer", "Popescu", "Preuß",
    "Quaß", "Richter", "Romano", "Roth", "Rübsam", "Sánchez", "Sauer", "Schäfer", "Schmidt", "Schmitz",
    "Schneider", "Scholz", "Schröder", "Schulz", "Schütz", "Schwarz", "Šimic", "Singh", "Sommer", "Stein",
    "Strauß", "Szabó", "Tran", "Traoré", "Ünal", "Vogel", "Vogt", "Wagner", "Walter", "Weber",
    "Weiß", "Winkler", "Wolff", "Yildiz", "Yilmaz", "Zeller", "Ziegler", "Zielinski", "Žagar", "von Bülow",
];
