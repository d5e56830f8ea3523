"""The fields that a column of people can go to, and the names they go by in the files of many countries."""

from dataclasses import dataclass

from regulars.people.engine.sayings import gettext_noop
from regulars.people.engine.tidy import word_set

_ = gettext_noop


@dataclass(frozen=True, slots=True)
class Field:
    """Where a column can go: how its values are read, and the column names that mean it."""

    name: str
    label: str
    type: str
    known_as: str = ""
    several: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names it goes by, folded, without spaces."""
        return tuple(name.replace(" ", "") for name in self.known_as.split(";") if name)


PEOPLE_FIELDS: tuple[Field, ...] = (
    Field(
        "external_id",
        _("External id"),
        "external",
        "externalid;customerid;customer id;customerno;customernumber;customernr;kundennummer;kundennr;kundeid;kundenr;"
        "asiakasnumero;asiakasnro;asiakastunnus;klientoid;klientonumeris;klientoid;ugyfelszam;ugyfelazonosito;vevokod;"
        "numeroclient;idclient;clientid;idcliente;numerodecliente;userid;contactid;leadid;accountid;personid;memberid;"
        "subscriberid;recordid;id;hubspotid;legacyid;reference;ref;uid;uuid;kundid;klantnummer;idklienta",
        several=True,
    ),
    Field(
        "name",
        _("Full name"),
        "name",
        "name;fullname;contactname;customername;displayname;personname;contact;person;nimi;kokonimi;asiakas;vardaspavarde;"
        "vardasirpavarde;kontaktas;navn;fulltnavn;fulltnamn;namn;nev;teljesnev;nom complet;nomcomplet;nometprenom;nomprenom;"
        "vorname nachname;vollstandigername;nombrecompleto;nombreyapellidos;nomecompleto;naam;imienazwisko;imieinazwisko;"
        "nimetunnus;customer;client;kunde;klient;cliente;nomecognome;jmeno",
    ),
    Field(
        "first_name",
        _("First name"),
        "text",
        "firstname;givenname;forename;first;given;etunimi;vardas;fornavn;fornamn;keresztnev;utonev;vorname;prenom;nombre;"
        "nome;voornaam;imie;eesnimi;vards;contactfirstname;fname;ime;krestnijmeno",
    ),
    Field(
        "last_name",
        _("Last name"),
        "text",
        "lastname;surname;familyname;last;family;sukunimi;pavarde;etternavn;efternamn;efternavn;vezeteknev;csaladnev;nachname;"
        "familienname;nomdefamille;nom;apellido;apellidos;cognome;sobrenome;achternaam;nazwisko;perekonnanimi;uzvards;lname;"
        "contactlastname;prijmeni",
    ),
    Field(
        "email",
        _("E-mail"),
        "email",
        "email;emails;mail;emailaddress;emailaddresses;mailaddress;sahkoposti;sahkopostiosoite;elpastas;elpastoadresas;"
        "epost;epostadresse;epostadress;emailcim;epostacim;drotposta;emailadresse;adressemail;adresseemail;courriel;"
        "adresseelectronique;correo;correoelectronico;correoelectronico;direcciondecorreo;indirizzoemail;emailadres;"
        "adresemail;epasts;eposta;useremail;contactemail;customeremail;workemail;privateemail;mailto",
        several=True,
    ),
    Field(
        "phone",
        _("Phone"),
        "phone",
        "phone;phones;telephone;tel;phonenumber;mobile;mobilephone;cell;cellphone;gsm;puhelin;puhelinnumero;matkapuhelin;"
        "kannykka;telefonas;telefononumeris;mobilusis;mobilustelefonas;telefon;telefonnummer;mobil;mobiltelefon;telefonszam;"
        "mobilszam;handy;handynummer;rufnummer;telephonemobile;portable;numerodetelephone;telefono;movil;numerodetelefono;"
        "celular;telefone;cellulare;telefoon;telefoonnummer;mobiel;telefonnr;tlf;telnr;numertelefonu;workphone;homephone;"
        "businessphone;contactphone;customerphone;phoneno",
        several=True,
    ),
    Field(
        "company",
        _("Company"),
        "text",
        "company;companyname;organization;organisation;organizationname;organisationname;account;accountname;employer;business;"
        "yritys;yrityksennimi;tyonantaja;imone;imonespavadinimas;firma;firmanavn;bedrift;selskap;foretag;ceg;cegnev;vallalat;"
        "firmenname;unternehmen;entreprise;societe;nomdelentreprise;raisonsociale;empresa;compania;razonsocial;azienda;"
        "bedrijf;bedrijfsnaam;nazwafirmy;relatedcompany;ettevote;uznemums",
    ),
    Field(
        "job_title",
        _("Job title"),
        "text",
        "jobtitle;jobposition;position;role;jobrole;occupation;function;ammatti;tehtava;titteli;tehtavanimike;pareigos;"
        "stilling;stillingstittel;yrke;befattning;beosztas;munkakor;beruf;berufsbezeichnung;funktion;poste;fonction;"
        "intituledeposte;puesto;cargo;ruolo;functie;stanowisko;profession",
    ),
    Field(
        "street",
        _("Street"),
        "text",
        "street;streetaddress;address;address1;addressline1;postaladdress;mailingaddress;katuosoite;osoite;lahiosoite;gatve;"
        "adresas;gate;gateadresse;adresse;adress;gatuadress;utca;cim;lakcim;strasse;strassehausnummer;anschrift;rue;adresse1;"
        "calle;direccion;domicilio;via;indirizzo;straat;adres;ulica;billingaddress1;shippingaddress1;street1",
    ),
    Field(
        "city",
        _("City"),
        "text",
        "city;town;citytown;locality;kaupunki;postitoimipaikka;paikkakunta;miestas;by;poststed;sted;stad;ort;varos;telepules;"
        "helyseg;stadt;wohnort;ville;commune;ciudad;localidad;poblacion;citta;comune;plaats;woonplaats;miasto;miejscowosc;"
        "linn;pilseta;companycity;billingcity;shippingcity;postort;suburb",
    ),
    Field(
        "region",
        _("Region"),
        "text",
        "region;state;province;county;stateprovince;stateregion;maakunta;laani;apskritis;fylke;lan;megye;bundesland;"
        "departement;provincia;estado;comunidad;regione;provincie;wojewodztwo;billingstate;shippingprovince;companystate",
    ),
    Field(
        "postcode",
        _("Postcode"),
        "text",
        "postcode;postalcode;zip;zipcode;postnumber;postinumero;pastokodas;postnummer;postnr;iranyitoszam;irsz;postleitzahl;"
        "plz;codepostal;cp;codigopostal;cap;cep;postcodezip;kodpocztowy;sihtnumber;billingzip;shippingzip;pincode",
    ),
    Field(
        "country",
        _("Country"),
        "country",
        "country;countrycode;nation;maa;asuinmaa;salis;valstybe;land;orszag;pays;pais;paese;kraj;riik;valsts;countryregion;"
        "billingcountry;shippingcountry;companycountry;countryofresidence",
    ),
    Field(
        "language",
        _("Language"),
        "language",
        "language;lang;locale;preferredlanguage;kieli;asiointikieli;kalba;sprak;sprog;nyelv;sprache;langue;idioma;lingua;taal;jezyk",
    ),
    Field("time_zone", _("Time zone"), "zone", "timezone;tz;aikavyohyke;laikojuosta;tidssone;idozona;zeitzone;fuseauhoraire;zonahoraria"),
    Field(
        "birthday",
        _("Birthday"),
        "birthday",
        "birthday;birthdate;dateofbirth;dob;birth;born;syntymaaika;syntymapaiva;gimimodata;gimtadienis;fodselsdato;fodelsedatum;"
        "fodt;szuletesidatum;szuletesnap;geburtsdatum;geburtstag;datedenaissance;anniversaire;naissance;fechadenacimiento;"
        "nacimiento;cumpleanos;datadinascita;geboortedatum;dataurodzenia",
    ),
    Field(
        "tags",
        _("Tags"),
        "tags",
        "tags;tag;labels;label;groups;group;categories;segments;segment;lists;tunnisteet;avainsanat;ryhma;ryhmat;zymos;zyme;"
        "grupe;etiketter;merkelapper;grupper;cimkek;cimke;csoport;schlagworte;gruppen;etiquettes;groupes;etiquetas;grupos;etichette",
        several=True,
    ),
    Field(
        "acquired_channel",
        _("Acquisition channel"),
        "text",
        "source;leadsource;channel;acquisitionchannel;acquisitionsource;originalsource;utmsource;howdidyouhearaboutus;lahde;"
        "kanava;saltinis;kanalas;kilde;kanal;kalla;forras;csatorna;quelle;herkunft;leadquelle;origine;canal;origen;fuente;fonte;zrodlo",
    ),
    Field(
        "acquired_campaign",
        _("Acquisition campaign"),
        "text",
        "campaign;campaignname;acquisitioncampaign;utmcampaign;kampanja;kampanija;kampanje;kampany;kampagne;campagne;campana;campagna",
    ),
    Field(
        "keeper",
        _("Keeper (their e-mail or name)"),
        "keeper",
        "keeper;owner;leadowner;contactowner;assignedto;accountmanager;salesrep;salesperson;vastuuhenkilo;omistaja;atsakingas;"
        "vadybininkas;ansvarlig;felelos;zustandig;betreuer;responsable;propietario;comercial;eigenaar",
    ),
    Field(
        "note",
        _("Note"),
        "lines",
        "note;notes;comment;comments;remarks;remark;memo;muistiinpanot;muistiinpano;kommentti;huomiot;pastabos;pastaba;komentarai;"
        "merknad;merknader;notat;megjegyzes;jegyzet;notiz;notizen;bemerkung;bemerkungen;kommentar;remarque;remarques;commentaire;"
        "notas;nota;observaciones;comentarios;opmerkingen;uwagi;internalnotes",
        several=True,
    ),
    Field("website", _("Website"), "link", "website;web;homepage;url;site;weburl;kotisivu;verkkosivu;svetaine;nettside;hjemmeside;hemsida;honlap;weboldal;webseite;siteweb;siteinternet;sitioweb;paginaweb;sitoweb;stronawww"),
    Field("facebook", "Facebook", "handle", "facebook;facebookurl;facebookprofile;fb"),
    Field("instagram", "Instagram", "handle", "instagram;insta;ig;instagramhandle"),
    Field("twitter", "X", "handle", "twitter;x;twitterhandle;twitterurl;twitterusername"),
    Field("linkedin", "LinkedIn", "handle", "linkedin;linkedinurl;linkedinprofile"),
    Field("telegram", "Telegram", "handle", "telegram;telegramusername"),
    Field("whatsapp", "WhatsApp", "phone", "whatsapp;whatsappnumber"),
    Field(
        "created_at",
        _("Known since"),
        "moment",
        "created;createdat;createdon;createddate;creationdate;datecreated;signupdate;signedup;registered;registrationdate;"
        "subscriptiondate;membersince;customersince;joined;joindate;dateadded;addedon;added;dtcustomer;luotu;asiakasalkaen;"
        "rekisteroity;sukurta;registruota;opprettet;skapad;letrehozva;regisztralt;erstelltam;kundeseit;registriertam;creele;"
        "datedecreation;dateinscription;fechadecreacion;fechadealta;creado;datadicreazione;aangemaakt",
    ),
    Field("is_company", _("Is a company (such rows are left out)"), "yes_no", "isacompany;iscompany"),
)  # fmt: skip
# Columns that must not become anything by themselves: consent has its own ledger, passwords and row numbers no place.
LEFT_ALONE = word_set(
    "index rownumber no nr password optin optout consent gdpr gdprconsent marketingconsent acceptsmarketing acceptsemailmarketing "
    "unsubscribed subscribed newsletter emailoptin smsoptin suostumus markkinointilupa sutikimas samtykke hozzajarulas "
    "einwilligung consentement consentimiento donotcall donotemail"
)
_CONSENT = (
    "consent",
    "optin",
    "optout",
    "gdpr",
    "subscribe",
    "marketing",
    "newsletter",
    "suostumus",
    "sutikim",
    "samtykke",
    "einwillig",
)


def is_about_consent(compact: str) -> bool:
    """Say whether a column holds permission to write, which an import alone cannot prove."""
    return any(word in compact for word in _CONSENT)
