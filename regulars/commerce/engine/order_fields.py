"""The fields that a column of orders can go to, and the names they go by in the exports of shops."""

from regulars.people.engine.fields import PEOPLE_FIELDS, Field
from regulars.people.engine.sayings import gettext_noop

_ = gettext_noop
ORDER_FIELDS: tuple[Field, ...] = (
    Field("number", _("Order number"), "text", "orderno;ordernumber;orderid;order;ordernr;invoiceno;invoice;invoicenumber;invoiceid;receipt;receiptno;transactionid;name;bestellnummer;auftragsnummer;rechnungsnummer;tilausnumero;tilaus;uzsakymonr;uzsakymas;ordrenummer;ordrenr;rendelesszam;numerodecommande;commande;numerodepedido;pedido;bestelnummer;numerzamowienia"),
    Field("placed_at", _("Ordered at"), "moment", "orderdate;date;placedat;createdat;invoicedate;orderedat;purchasedate;paidat;timestamp;datetime;datum;bestelldatum;rechnungsdatum;tilauspaiva;pvm;uzsakymodata;data;ordredato;dato;rendelesdatuma;datecommande;fecha;fechapedido;datazamowienia;completeddate;transactiondate"),
    Field("sku", _("Product code"), "text", "sku;stockcode;productcode;itemcode;itemno;itemnumber;articleno;articlenumber;productid;lineitemsku;artikelnummer;artikelnr;tuotekoodi;tuotenumero;prekeskodas;varenummer;varenr;cikkszam;codearticle;reference;codigo;referencia;indeks"),
    Field("description", _("Description"), "text", "description;product;productname;item;itemname;lineitemname;title;article;artikel;bezeichnung;produkt;tuote;tuotenimi;kuvaus;preke;prekespavadinimas;vare;varenavn;termek;termeknev;megnevezes;produit;designation;producto;descripcion;nazwa"),
    Field("quantity", _("Quantity"), "number", "quantity;qty;amountordered;units;count;lineitemquantity;menge;anzahl;maara;kpl;kiekis;antall;antal;mennyiseg;db;quantite;cantidad;quantita;aantal;ilosc"),
    Field("unit_price", _("Unit price"), "money", "unitprice;price;itemprice;lineitemprice;priceeach;einzelpreis;preis;stuckpreis;yksikkohinta;hinta;kaina;vienetokaina;pris;enhetspris;egysegar;ar;prixunitaire;prix;precio;preciounitario;prezzo;prijs;cena"),
    Field("line_total", _("Line total"), "money", "linetotal;lineamount;rowtotal;extendedprice;zeilensumme;rivisumma;eilutessuma;linjesum;sorosszeg;totalligne;totallinea"),
    Field("currency", _("Currency"), "currency", "currency;currencycode;wahrung;valuutta;valiuta;valuta;penznem;devise;moneda;waluta"),
    Field("customer_id", _("Customer's id"), "external", "customerid;customerno;customernumber;customernr;clientid;buyerid;userid;kundennummer;kundennr;kundenr;asiakasnumero;klientoid;klientonr;vevokod;numeroclient;idclient;idcliente;klantnummer"),
    Field("email", _("Customer's e-mail"), "email", next(f.known_as for f in PEOPLE_FIELDS if f.name == "email")),
    Field("phone", _("Customer's phone"), "phone", next(f.known_as for f in PEOPLE_FIELDS if f.name == "phone")),
    Field("name", _("Customer's name"), "name", "customername;customer;buyer;buyername;billingname;shippingname;fullname;kunde;kundenname;asiakas;asiakkaannimi;klientas;kundenavn;vevo;vevonev;client;nomduclient;cliente;klant;klient"),
    Field("first_name", _("Customer's first name"), "text", "firstname;billingfirstname;vorname;etunimi;vardas;fornavn;keresztnev;prenom;nombre;voornaam;imie"),
    Field("last_name", _("Customer's last name"), "text", "lastname;surname;billinglastname;nachname;sukunimi;pavarde;etternavn;vezeteknev;apellido;apellidos;achternaam;nazwisko"),
    Field("country", _("Country"), "country", next(f.known_as for f in PEOPLE_FIELDS if f.name == "country")),
    Field("city", _("City"), "text", next(f.known_as for f in PEOPLE_FIELDS if f.name == "city")),
    Field("status", _("Status"), "status", "status;orderstatus;financialstatus;state;tila;busena;statusz;etat;estado"),
    Field("order_total", _("Order total"), "money", "total;ordertotal;grandtotal;totalprice;totalamount;amount;summe;gesamt;gesamtbetrag;yhteensa;summa;suma;sum;osszeg;vegosszeg;montant;totalcommande;importe;totale;totaal;kwota"),
    Field("shipping", _("Shipping"), "money", "shipping;shippingcost;shippingamount;shippingprice;postage;delivery;freight;versand;versandkosten;toimituskulut;pristatymas;frakt;szallitas;fraisdeport;livraison;envio;gastosdeenvio;spedizione;verzendkosten"),
    Field("discount", _("Discount"), "money", "discount;discountamount;rabatt;alennus;nuolaida;kedvezmeny;remise;descuento;sconto;korting;rabat"),
    Field("tax", _("Tax"), "money", "tax;taxes;vat;vatamount;taxamount;mwst;steuer;alv;vero;pvm;mva;afa;tva;iva;btw"),
    Field("refunded", _("Refunded"), "money", "refunded;refundedamount;refund;refundamount;totalrefunded;erstattet;hyvitetty;grazinta;refundert;visszaterites;rembourse;reembolsado"),
    Field("channel", _("Channel"), "text", "channel;saleschannel;source;store;shop;kanal;kanava;kanalas;csatorna;canal;canale"),
    Field("campaign", _("Campaign"), "text", "campaign;utmcampaign;kampanja;kampanija;kampanje;kampagne;campagne;campana"),
    Field("coupon", _("Coupon"), "text", "coupon;couponcode;discountcode;promocode;vouchercode;voucher;gutschein;gutscheincode;kuponki;kuponas;kupong;kupon;codepromo;cupon"),
)  # fmt: skip
ABOUT_CUSTOMER = ("customer_id", "email", "phone", "name", "first_name", "last_name", "country", "city")
IDENTIFYING = ("customer_id", "email", "phone")
MONEY = ("unit_price", "line_total", "order_total", "shipping", "discount", "tax", "refunded")
